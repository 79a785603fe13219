"""Files of targets, written as a stream by a process of its own."""

import os

DISK_STATUS = os.EX_IOERR  # how the process ends where the disk is full or gone
