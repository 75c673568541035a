"""The demonstration: a small hospital's library, three people, one story."""
