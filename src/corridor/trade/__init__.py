"""Trade between countries: gravity, forecasts, targets."""
