use catalogue::host_of;
use download::{Place, StoredModel};

/// Bytes of a stored model.
pub fn whole_bytes(model: &StoredModel) -> u64 {
    model.files.iter().map(|file| file.n_done).sum()
}

/// Which hosts a place's files come from, as part of a sentence: `huggingface.co`, `a or b`.
pub fn allowed(place: &Place) -> String {
    let mut hosts: Vec<String> = Vec::new();
    for address in [place.list_url()].iter().chain(&place.mirrors("x.gguf")) {
        let host = host_of(address).to_owned();
        if !host.is_empty() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts.join(" or ")
}
