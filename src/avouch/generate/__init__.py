"""Language models under control: declared, routed, framed, paid for, waited for no longer than allowed."""
