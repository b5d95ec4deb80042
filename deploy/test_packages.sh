#!/bin/sh
# Makes sure that the tests find their servers and tools; installs what is missing from Debian's packages.
# What cannot be installed is named, and fails: nothing is skipped.
set -eu

missing() {
    # Prints the packages whose programs are not here.
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || echo postgresql
    command -v redis-server >/dev/null 2>&1 || echo redis-server
    command -v chromium >/dev/null 2>&1 || echo chromium
    for tool in pdftotext pdffonts pdfsig; do
        command -v "$tool" >/dev/null 2>&1 || { echo poppler-utils; break; }
    done
    for tool in msgfmt xgettext; do
        command -v "$tool" >/dev/null 2>&1 || { echo gettext; break; }
    done
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need these and they are not here: $packages" >&2
    echo "There is no apt-get on this machine to install them with." >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "The tests need these and they are not here: $packages" >&2
        echo "Install them as root: apt-get install $packages" >&2
        exit 1
    fi
    sudo=sudo
fi
echo "Installing what the tests need: $packages"
case " $packages " in *" postgresql "*)
    # The tests start a private server of their own; Debian's common one is not wanted.
    $sudo mkdir -p /etc/postgresql-common
    if ! grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf; then
        echo 'create_main_cluster = false' | $sudo tee -a /etc/postgresql-common/createcluster.conf >/dev/null
    fi ;;
esac
$sudo apt-get update -q </dev/null >/dev/null || true
# shellcheck disable=SC2086 # one word per package
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold $packages </dev/null >/dev/null || true

packages=$(missing | tr '\n' ' ')
[ -z "$packages" ] && exit 0
echo "The tests need these and they could not be installed: $packages" >&2
exit 1
