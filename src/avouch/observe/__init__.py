"""What the stack tells about itself: metrics, spans, security events. Numbers, codes and ids; never content."""
