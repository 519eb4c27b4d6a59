//! Gives the training in `training/` as many images, truths and questions as it asks for.
//!
//! The first line on standard output is a JSON object with every topic. Then each line on standard input asks for items:
//!
//! ```json
//! {"split": "training", "topics": [3, 3, 17], "from": 120, "turns": 4}
//! ```
//!
//! For the n-th topic of the list, the answer is item number `from + n` of that topic: one line of JSON (family, places, and every
//! question of the image, each worded and posed `turns` times), then the image's 58,800 bytes.

use std::error::Error;
use std::io::{BufRead as _, Write as _};

use phantoms::{MAX_OPTIONS, SIDE_PX, Sketch, Split, Topic};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Request {
    split: String,
    topics: Vec<usize>,
    from: u32,
    turns: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let topics: Vec<Topic> = Topic::all().collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", schema(&topics))?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let split = match request.split.as_str() {
            "training" => Split::Training,
            "validation" => Split::Validation,
            "sample" => Split::Sample,
            "held" => Split::HeldOut,
            other => return Err(format!("no split is called {other}").into()),
        };
        for (&topic, index) in request.topics.iter().zip(request.from..) {
            let topic = topics.get(topic).ok_or_else(|| format!("no topic has number {topic}"))?;
            let item = topic.item(split, index);
            let phantom = item.phantom();
            writeln!(out, "{}", describe(*topic, &phantom.sketch, request.turns, &topics))?;
            out.write_all(&phantom.rgb)?;
        }
        out.flush()?;
    }
    Ok(())
}

fn schema(topics: &[Topic]) -> Value {
    let topics: Vec<Value> = topics
        .iter()
        .map(|topic| {
            json!({
                "id": topic.kind.id,
                "task": topic.kind.task.name(),
                "family": topic.family.name(),
                "wordings": topic.kind.wordings,
                "answers": topic.kind.answers,
            })
        })
        .collect();
    json!({ "side_px": SIDE_PX, "max_options": MAX_OPTIONS, "topics": topics })
}

fn describe(topic: Topic, sketch: &Sketch, turns: u32, topics: &[Topic]) -> Value {
    let questions: Vec<Value> = (sketch.asked.iter().enumerate())
        .map(|(number, asked)| {
            let topic = topics.iter().position(|other| std::ptr::eq(other.kind, asked.kind));
            let posed: Vec<Value> = (0..turns)
                .filter_map(|turn| sketch.pose(number, turn))
                .map(|posed| json!({ "text": posed.text, "options": posed.options, "truth": posed.truth }))
                .collect();
            json!({
                "topic": topic,
                "truth": asked.truth,
                "granularity": asked.granularity.name(),
                "posed": posed,
            })
        })
        .collect();
    let places: Vec<Value> =
        sketch.places.iter().map(|place| json!([place.x, place.y, place.marked])).collect();
    json!({ "family": topic.family.name(), "places": places, "questions": questions })
}
