"""Collection forms as Excel workbooks: templates out, filled workbooks in, and the bad cells marked."""
