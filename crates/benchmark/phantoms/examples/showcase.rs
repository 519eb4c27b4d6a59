//! Writes the examples of the Ask view, images and list, into a folder:
//! `cargo run --release -p phantoms --example showcase -- web/examples`.

use std::error::Error;
use std::path::Path;

use bench::{Letter, Question, prompt};
use image::RgbImage;
use phantoms::{Item, SIDE_PX, Split, Topic};
use serde_json::{Value, json};

/// Topic, item of the validation images, file, title.
const SHOWN: [(&str, u32, &str, &str); 6] = [
    ("chest.finding", 2, "chest.png", "Chest radiograph"),
    ("abdomen.organ", 1, "abdomen.png", "Abdominal CT"),
    ("blood.count", 2, "blood.png", "Blood smear"),
    ("lap.instrument", 11, "laparoscopy.png", "Laparoscopy"),
    ("fundus.finding", 3, "fundus.png", "Fundus photograph"),
    ("limb.fracture", 3, "limb.png", "Limb radiograph"),
];

/// The example that is asked without options.
const FREE: &str = "blood.count";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder to write to")?;
    let folder = Path::new(&folder);
    let mut list = Vec::new();
    for (id, index, file, title) in SHOWN {
        let topic = Topic::all().find(|topic| topic.kind.id == id).ok_or_else(|| format!("no topic {id}"))?;
        let item = topic.item(Split::Validation, index);
        let side = SIDE_PX as u32;
        let image = RgbImage::from_raw(side, side, item.phantom().rgb).ok_or("an image of another size")?;
        image.save(folder.join(file))?;
        list.push(entry(&item, id == FREE, file, title));
    }
    let text = serde_json::to_string_pretty(&list)? + "\n";
    std::fs::write(folder.join("examples.json"), text)?;
    Ok(())
}

fn entry(item: &Item, free: bool, file: &str, title: &str) -> Value {
    let posed = &item.posed;
    let truth = item.asked.answer();
    let (question, answer) = match Letter::of(posed.truth) {
        Some(letter) if !free => {
            let options = posed.options.iter().map(ToString::to_string).collect();
            let question = Question { question: posed.text.clone(), options, ..Question::default() };
            (prompt(&question), format!("{letter}. {truth}"))
        }
        _ => (posed.text.clone(), truth.to_owned()),
    };
    json!({ "file": file, "title": title, "question": question, "answer": answer })
}
