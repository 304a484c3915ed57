"""What every room shares: settings, addresses, the base page."""
