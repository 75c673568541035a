"""Guard: text that tries to give orders, and what may flow where. It only ever raises risk."""
