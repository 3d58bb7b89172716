//! lis2
