"""Reading a PDF back the way strangers do: with poppler."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image


def text_of(pdf: bytes, *options: str) -> str:
    """What pdftotext extracts; `-layout` keeps lines as they stand."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def flowing(pdf: bytes) -> str:
    """The text with every line end and gap as one space."""
    return " ".join(text_of(pdf).split())


def fonts_of(pdf: bytes, folder: Path) -> list[str]:
    """The lines of pdffonts."""
    return _run("pdffonts", pdf, folder).splitlines()[2:]


def signature_report(pdf: bytes, folder: Path) -> str:
    """What pdfsig says; its exit code is worth nothing."""
    return _run("pdfsig", pdf, folder, "-nocert", check=False)


def validation_report(pdf: bytes, chain: Path, folder: Path) -> str:
    """What pyHanko's own command says, called as the manual says; its exit code is worth nothing either."""
    file = folder / "file.pdf"
    file.write_bytes(pdf)
    options = ["--pretty-print", "--trust", str(chain), "--trust-replace", "--no-revocation-check", str(file)]
    command = [str(Path(sys.executable).with_name("pyhanko")), "sign", "validate", *options]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=folder).stdout


def pictures_of(pdf: bytes, dpi: int = 150) -> list[Image.Image]:
    """Every page as an image."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-"]
    data = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return list(_pgm_images(data))


def _pgm_images(data: bytes):
    stream = BytesIO(data)
    while stream.tell() < len(data):
        assert stream.readline().strip() == b"P5"
        width, height = map(int, stream.readline().split())
        stream.readline()
        yield Image.frombytes("L", (width, height), stream.read(width * height))


def _run(tool: str, pdf: bytes, folder: Path, *options: str, check: bool = True) -> str:
    file = folder / "file.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([tool, *options, str(file)], capture_output=True, check=check)
    return (done.stdout + done.stderr).decode()
