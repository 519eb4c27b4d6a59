/// Seconds since the program first asked.
pub fn now_secs() -> f64 {
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    static STARTED: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    STARTED.elapsed().as_secs_f64()
}
