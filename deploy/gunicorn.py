"""How gunicorn serves, in every mode: threads on the loopback for evaluation; workers and TLS by environment else."""

import os

_is_server = os.environ.get("QCS_MODE") == "server"

wsgi_app = "qcsystem.wsgi"
bind = os.environ.get("QCS_BIND") or f"127.0.0.1:{os.environ.get('QCS_PORT', '8000')}"
worker_class = "gthread"
preload_app = True  # a refusal to start is said once, by the first process
workers = int(os.environ.get("QCS_WORKERS") or ("2" if _is_server else "1"))
threads = int(os.environ.get("QCS_THREADS") or "8")
timeout = 60
graceful_timeout = 20 if _is_server else 3
certfile = os.environ.get("QCS_TLS_CERT") or None
keyfile = os.environ.get("QCS_TLS_KEY") or None
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
loglevel = "info" if _is_server else "warning"
accesslog = "-" if _is_server else None
control_socket_disable = True
