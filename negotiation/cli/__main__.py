"""`python -m negotiation.cli`."""

import sys

from . import main

sys.exit(main())
