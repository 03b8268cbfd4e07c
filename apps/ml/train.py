"""Trains a category's model on all its history, tunes it on a grid, and promotes the winner if it is no worse than the champion."""

import sys

from step import run_step, train_once

if __name__ == "__main__":
    sys.exit(run_step("train", __doc__, lambda flags: train_once(flags, None), month=False))
