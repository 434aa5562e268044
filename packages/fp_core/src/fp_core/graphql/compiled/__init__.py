"""The compiled way to read: a selection as one statement. Plans, their parameters, and the two ways to use them."""
