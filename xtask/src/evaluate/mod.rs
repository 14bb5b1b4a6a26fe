//! The preprocessor and the C of kernel headers.
