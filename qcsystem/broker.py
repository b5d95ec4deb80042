"""Which message broker. No duty lives only in a message: sweeps make good whatever a broker loses."""

from pathlib import Path


def broker_settings(url: str, var: Path) -> tuple[str, dict[str, object]]:
    """Redis as REDIS_URL says, or folders in `var` when it says nothing: the broker's URL and its options."""
    if url:
        # kombu looks for lost messages every interval x throttle seconds; without these two that is 100 s.
        options: dict[str, object] = {"unacked_restore_interval": 10, "unacked_restore_throttle": 1}
        return url, {"visibility_timeout": 300, **options}
    queue, done, control = (var / "broker" / name for name in ("queue", "done", "control"))
    for folder in (queue, done, control):
        folder.mkdir(parents=True, exist_ok=True)
    folders = {"data_folder_in": queue, "data_folder_out": queue, "processed_folder": done, "control_folder": control}
    return "filesystem://", {name: str(folder) for name, folder in folders.items()}
