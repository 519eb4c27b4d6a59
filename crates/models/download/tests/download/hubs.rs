//! Places, and the lists that hubs give.

use download::{Order, Place, Report, Wanted};

use crate::world::{Fault, Hosted, ID, World, failed};

fn list(place: &Place, body: &str) -> Vec<Report> {
    let world = World::new();
    world.hosts.put(&place.list_url(), Hosted::new(body.as_bytes().to_vec()));
    world.obey(Order::List { id: ID, place: place.clone() })
}

fn listed(reports: &[Report]) -> Vec<Wanted> {
    match reports.last() {
        Some(Report::Listed { files, .. }) => files.clone(),
        other => panic!("expected Listed, got {other:?}"),
    }
}

#[test]
fn a_place_is_read_as_people_write_it() {
    let hub = |name: &str| Ok(Place::HuggingFace(name.to_owned()));
    let scope = |name: &str| Ok(Place::ModelScope(name.to_owned()));
    for (text, expected) in [
        ("owner/repo", hub("owner/repo")),
        ("  Qwen/Qwen2-VL-2B-Instruct ", hub("Qwen/Qwen2-VL-2B-Instruct")),
        ("https://huggingface.co/owner/repo-GGUF/tree/main", hub("owner/repo-GGUF")),
        ("https://huggingface.co/owner/repo/blob/main/m.gguf?x=1", hub("owner/repo")),
        ("huggingface.co/owner/repo", hub("owner/repo")),
        ("https://hf-mirror.com/owner/repo", hub("owner/repo")),
        ("hf:owner/repo", hub("owner/repo")),
        ("modelscope:owner/repo", scope("owner/repo")),
        ("https://modelscope.cn/models/owner/repo", scope("owner/repo")),
        ("https://www.modelscope.cn/models/owner/repo/files", scope("owner/repo")),
        ("modelscope.cn/models/owner/repo", scope("owner/repo")),
        (
            "https://host.example/a/manifest.json?v=2",
            Ok(Place::Manifest("https://host.example/a/manifest.json?v=2".into())),
        ),
        (
            "http://localhost:8000/manifest.json",
            Ok(Place::Manifest("http://localhost:8000/manifest.json".into())),
        ),
    ] {
        assert_eq!(Place::parse(text), expected, "{text}");
    }
    for text in [
        "",
        "owner",
        "owner/repo/more",
        "/",
        "a/",
        "/b",
        "https://huggingface.co/owner",
        "https://host.example/a.gguf",
        "https://huggingface.co/datasets/owner/repo",
        "ftp://host.example/manifest.json",
        "owner/re po",
        "../..",
        "modelscope:x",
        "https://modelscope.cn/datasets/a/b",
        "javascript:alert(1)",
    ] {
        let error = Place::parse(text).expect_err(text);
        assert!(error.to_string().contains("owner/repository"), "{error}");
    }
}

#[test]
fn a_hub_lists_its_gguf_files_with_lengths_and_hashes() {
    let hash = "ab".repeat(32);
    let place = Place::HuggingFace("o/r".to_owned());
    let body = format!(
        r#"[{{"type":"directory","path":"sub","size":0,"oid":"1"}},
            {{"type":"file","path":"README.md","size":10,"oid":"2"}},
            {{"type":"file","path":"sub/b #1.gguf","size":135,"oid":"3","lfs":{{"oid":"{hash}","size":12345,"pointerSize":135}},"xetHash":"x"}},
            {{"type":"file","path":"A.GGUF","size":7,"oid":"4"}}]"#
    );
    let files = listed(&list(&place, &body));
    assert_eq!(files.len(), 2);
    assert_eq!(
        (files[0].name.as_str(), files[0].n_bytes, files[0].sha256.as_deref()),
        ("A.GGUF", Some(7), None)
    );
    assert_eq!(
        files[1].mirrors,
        [
            "https://huggingface.co/o/r/resolve/main/sub/b%20%231.gguf",
            "https://hf-mirror.com/o/r/resolve/main/sub/b%20%231.gguf"
        ]
    );
    assert_eq!(
        (files[1].name.as_str(), files[1].n_bytes, files[1].sha256.clone()),
        ("b #1.gguf", Some(12345), Some(hash))
    );
}

#[test]
fn modelscope_lists_its_gguf_files() {
    let place = Place::ModelScope("o/r".to_owned());
    let hash = "CD".repeat(32);
    let body = format!(
        r#"{{"Code":200,"Success":true,"Data":{{"Files":[{{"Path":"d","Type":"tree","Size":0}},
            {{"Path":"d/m.gguf","Type":"blob","Size":99,"Sha256":"{hash}"}},{{"Path":"x.bin","Type":"blob","Size":1}}]}}}}"#
    );
    let files = listed(&list(&place, &body));
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].mirrors, ["https://modelscope.cn/models/o/r/resolve/master/d/m.gguf"]);
    assert_eq!((files[0].n_bytes, files[0].sha256.clone()), (Some(99), Some("cd".repeat(32))));
    let missing = failed(&list(
        &place,
        r#"{"Code":10010205001,"Success":false,"Message":"record not found","Data":null}"#,
    ));
    assert!(missing.message.contains("record not found"), "{missing:?}");
}

#[test]
fn a_manifest_lists_the_files_beside_it() {
    let place = Place::Manifest("https://host.example/models/manifest.json?v=2".to_owned());
    let body = format!(
        r#"{{"format":"qwen2-vl-pair","version":1,"title":"T","quantisation":"q8_0","files":[{{"name":"m 1.gguf","n_bytes":5,"sha256":"{}"}}]}}"#,
        "ab".repeat(32)
    );
    let files = listed(&list(&place, &body));
    assert_eq!(files[0].mirrors, ["https://host.example/models/m%201.gguf"]);
}

#[test]
fn what_is_no_list_is_said_to_be_none() {
    for place in [
        Place::HuggingFace("o/r".to_owned()),
        Place::ModelScope("o/r".to_owned()),
        Place::Manifest("https://host.example/manifest.json".to_owned()),
    ] {
        assert!(failed(&list(&place, "<!DOCTYPE html><title>x</title>")).message.contains("web page"));
        for body in ["", "null", "[1,2", "\"text\"", "{}", "[{}]", "{\"Data\":{}}x"] {
            let trouble = failed(&list(&place, body));
            assert!(trouble.message.contains("not a list"), "{body}: {trouble:?}");
        }
    }
    let place = Place::HuggingFace("o/r".to_owned());
    assert!(failed(&list(&place, "[]")).remedy.contains("qvm pack"));
    let world = World::new();
    world.hosts.put(&place.list_url(), Hosted::always(vec![], Fault::Status(401, None)));
    let trouble = failed(&world.obey(Order::List { id: ID, place: place.clone() }));
    assert!(
        trouble.message.contains("o/r on Hugging Face") && trouble.remedy.contains("do not exist"),
        "{trouble:?}"
    );
    assert!(failed(&World::new().obey(Order::List { id: ID, place })).message.contains("404"));
}
