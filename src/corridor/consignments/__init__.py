"""Large consignments: which week how many units go which way, and what certainty costs."""
