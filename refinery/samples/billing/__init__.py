"""The billing agent behind `refinery demo`: its repository, its failing traces and what the expert says about them."""
