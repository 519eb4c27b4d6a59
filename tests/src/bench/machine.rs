/// Processor and threads, as the system names them.
pub fn machine_in_words() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("processor of unknown name", |(_, name)| name);
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {n_threads} threads")
}
