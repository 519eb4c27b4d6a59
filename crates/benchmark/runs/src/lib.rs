//! A benchmark run: its log, its store and the one driver that makes it.
