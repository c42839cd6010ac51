"""WhisperX: its voice activity (whose weights it ships) and batched recognition."""

from __future__ import annotations

from common import main
from whisperx_model import load

main(load)
