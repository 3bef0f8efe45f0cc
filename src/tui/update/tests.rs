//! State, keys as text, state.
