"""A Windows CPython under Wine, made from pinned wheels: how the Windows lane gets its interpreter."""
