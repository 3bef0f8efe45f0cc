//! The command line of linger.

fn main() {}
