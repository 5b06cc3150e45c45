"""What people, timers and messages do with rounds and orders: one module each."""
