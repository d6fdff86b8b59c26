# SPDX-License-Identifier: Apache-2.0
"""tools/report: from what the attribute lab printed to a page that a reader understands."""
