"""Continues the champion on one month, and promotes the result if it is no worse on rows of that month that neither has seen."""

import sys

from step import run_step, train_once

if __name__ == "__main__":
    sys.exit(run_step("retrain", __doc__, lambda flags: train_once(flags, flags.run_date), month=True))
