//! Kernel sources as named texts.
