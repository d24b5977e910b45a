"""What keeps a call's recordings and rows from going: demands, appeals, manual holds."""
