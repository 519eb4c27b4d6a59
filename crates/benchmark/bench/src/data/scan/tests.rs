use proptest::prelude::*;

use super::*;
use crate::data::{ImageForm, ImagePlace};
use crate::tsv;
use crate::{Letter, Question};

/// Base64, long enough not to name another row.
const IMAGE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

fn scanned(name: &str, bytes: &[u8], n_bytes: usize) -> Result<Index, DataError> {
    let mut scanner = Scanner::new(name);
    for chunk in bytes.chunks(n_bytes) {
        scanner.push(chunk)?;
    }
    let n_rows = scanner.n_rows();
    let index = scanner.finish()?;
    // The last row may end with the file.
    let n_found = (index.questions.len() as u32).saturating_add(index.n_problems);
    assert!(n_rows == n_found || n_rows + 1 == n_found, "{n_rows} rows told, {n_found} found");
    Ok(index)
}

/// The result, which is the same however the file is cut.
fn scan(name: &str, bytes: &[u8]) -> Result<Index, DataError> {
    let whole = scanned(name, bytes, usize::MAX);
    for n_bytes in [1, 2, 3, 7, 64] {
        assert_eq!(scanned(name, bytes, n_bytes), whole, "in pieces of {n_bytes}");
    }
    whole
}

fn problems(index: &Index) -> Vec<(u64, &str, &str)> {
    index.problems.iter().map(|p| (p.row, p.index.as_str(), p.message.as_str())).collect()
}

fn indices(index: &Index) -> Vec<&str> {
    index.questions.iter().map(|question| question.index.as_str()).collect()
}

fn bytes_of<'a>(file: &'a [u8], place: &ImagePlace) -> &'a [u8] {
    &file[place.range.start as usize..place.range.end as usize]
}

#[test]
fn a_table_becomes_questions_and_places_of_images() {
    let text = format!(
        "\u{feff}Index\timage\tquestion\tA\tB\tC\tanswer\tcategory\tclinical VQA task\tdepartment\t\
         perceptual granularity\tmodality\toriginal task\timage_path\r\n\
         0\t{IMAGE}\t\"Which\t\"\"organ\"\"\r\nis it?\"\tliver\tspleen\t\tB\tspleen\tBone\tUrology\tBox level\tCT\tDET_2D\tx\r\n\
         \r\n\
         word\t\"{IMAGE}\"\tWhich?\t1\t\"2\t\"\t3\t\tb\tMuscle\t\tMask level\tMRI\tSEG_3D\ty"
    );
    let index = scan("VAL.tsv", text.as_bytes()).unwrap();
    assert_eq!(problems(&index), []);
    let first = Question {
        index: "0".into(),
        question: "Which\t\"organ\"\r\nis it?".into(),
        options: ["liver", "spleen"].map(String::from).to_vec(),
        answer: Letter::of(1),
        category: "spleen".into(),
        clinical_task: "Bone".into(),
        department: "Urology".into(),
        granularity: "Box level".into(),
        modality: "CT".into(),
        original_task: "DET_2D".into(),
    };
    assert_eq!(index.questions[0], first);
    assert_eq!(index.questions[1].options, ["1", "2\t", "3"]);
    assert_eq!((index.questions[1].answer, index.questions[1].department.as_str()), (None, ""));
    assert_eq!(index.rows, [1, 2]);
    let images: Vec<&[u8]> = index.images.iter().map(|place| bytes_of(text.as_bytes(), place)).collect();
    assert_eq!(images, [IMAGE.as_bytes(), format!("\"{IMAGE}\"").as_bytes()]);
    for place in &index.images {
        let file = place.decode(bytes_of(text.as_bytes(), place)).unwrap();
        assert!(file.starts_with(b"\x89PNG"));
    }
}

#[test]
fn every_wrong_row_is_told_and_its_neighbours_stand() {
    let open_quote =
        "20\t\"never closed\tx\ty\t\tA\timage\n21\tlost\tx\ty\t\tA\timage\n".replace("image", IMAGE);
    let long = "x".repeat((1 << 20) + 1);
    let rows: Vec<(String, &str)> = vec![
        (format!("0\tgood\tx\ty\t\tA\t{IMAGE}"), ""),
        (format!("1\ttoo few\tx\ty\tA\t{IMAGE}"), "it has 6 fields; expected 7, as many as the header"),
        (format!("2\ttoo many\tx\ty\t\tA\t{IMAGE}\t"), "it has 8 fields; expected 7, as many as the header"),
        (
            format!("3\tno letter\tx\ty\t\tAB\t{IMAGE}"),
            "the answer is \"AB\"; expected one capital letter, or nothing if it is not known",
        ),
        (
            format!("4\tno option\tx\ty\t\tC\t{IMAGE}"),
            "the answer is C, but the question has only options A to B",
        ),
        (
            format!("5\tgap\tx\t\tz\tA\t{IMAGE}"),
            "option B is empty, but C is not; options must follow each other from A",
        ),
        (format!("6\tone option\tx\t\t\tA\t{IMAGE}"), "the question has 1 options; expected 2 to 26"),
        (format!("7\t \tx\ty\t\tA\t{IMAGE}"), "the question's text is empty"),
        (
            format!("\tno index\tx\ty\t\tA\t{IMAGE}"),
            "column \"index\" is empty; expected a number or a word that names the row",
        ),
        ("9\tno image\tx\ty\t\tA\t".into(), "the image is empty; expected base64"),
        (format!("0\tagain\tx\ty\t\tA\t{IMAGE}"), "row 1 has the same index; that row is asked instead"),
        (format!("11\tgood\tx\ty\tz\t\t\"{IMAGE}\""), ""),
        (
            format!("12\t{long}\tx\ty\tz\t\t{IMAGE}"),
            "column \"question\" is longer than 1048576 bytes; a quote before it may not be closed",
        ),
        (format!("13\tbad image\tx\ty\tz\tC\t{IMAGE}*"), ""),
        (open_quote, "it opens a quote and never closes it, so it extends to the end of the file"),
    ];
    let mut text = "index\tquestion\tA\tB\tC\tanswer\timage\n".to_owned();
    for (row, _) in &rows {
        text.push_str(row);
        text.push('\n');
    }
    let index = scanned("x.tsv", text.as_bytes(), 4096).unwrap();
    assert_eq!(indices(&index), ["0", "11", "13"]);
    assert_eq!(index.rows, [1, 12, 14]);
    let expected: Vec<(u64, &str)> =
        (1..).zip(&rows).filter(|(_, row)| !row.1.is_empty()).map(|(n, row)| (n, row.1)).collect();
    let found: Vec<(u64, &str)> = problems(&index).into_iter().map(|(row, _, said)| (row, said)).collect();
    assert_eq!(found, expected);
    assert_eq!(problems(&index)[0].1, "1", "the index is told with the row");
    assert_eq!(index.n_problems as usize, expected.len());
}

#[test]
fn bytes_that_are_no_text_are_a_problem_of_their_row() {
    let text = [
        b"index\tquestion\tA\tB\timage\n0\tx\xff\ta\tb\t".as_slice(),
        IMAGE.as_bytes(),
        b"\n1\ty\ta\tb\t\xff",
        IMAGE.as_bytes(),
    ];
    let index = scan("x.tsv", &text.concat()).unwrap();
    assert_eq!(problems(&index), [(1, "0", "column \"question\" is not UTF-8")]);
    let place = &index.images[0];
    let error = place.decode(bytes_of(&text.concat(), place)).unwrap_err().to_string();
    assert!(error.contains("character 1 is"), "an image is judged when it is looked at: {error}");
}

#[test]
fn rows_share_an_image_by_naming_its_index() {
    let head = "index\timage\tquestion\tA\tB\n";
    let rows = [
        format!("7\t{IMAGE}\tq\tx\ty\n"),
        "8\t7\tq\tx\ty\n".into(),
        "9\t 10 \tq\tx\ty\n".into(),
        format!("10\t\"{IMAGE}\"\tq\tx\ty\n"),
        "11\t8\tq\tx\ty\n".into(),
        "12\t12\tq\tx\ty\n".into(),
        "13\tiVBORw0KGgo=\tq\tx\ty\n".into(),
        "14\t15\tq\tx\ty\n".into(),
        format!("15\t{IMAGE}\tone option\tx\t\n"),
    ];
    let index = scan("x.tsv", (head.to_owned() + &rows.concat()).as_bytes()).unwrap();
    assert_eq!(indices(&index), ["7", "8", "9", "10", "13", "14"]);
    assert_eq!(index.images[1], index.images[0]);
    assert_eq!(index.images[2], index.images[3], "the other row may come later");
    assert_eq!(
        index.images[5].range.end - index.images[5].range.start,
        IMAGE.len() as u64,
        "and may be no question"
    );
    let of = |index: &str| format!("it names the image of index \"{index}\", which has no image itself");
    let problems = problems(&index);
    assert_eq!(problems[..2], [(5, "11", of("8").as_str()), (6, "12", of("12").as_str())]);
    assert_eq!(problems[2].0, 9);
}

#[test]
fn a_file_that_is_no_data_set_says_what_was_found() {
    let said = |name: &str, text: &str| scan(name, text.as_bytes()).unwrap_err().to_string();
    for (text, column) in [
        ("index,question,A,B\n0,x,y,z\n", "index"),
        ("index\tA\tB\timage\n", "question"),
        ("index\tquestion\ta\tB\timage\n", "A"),
        ("index\tquestion\tA\timage\n", "B"),
        ("index\tquestion\tA\tB\n", "image"),
    ] {
        let said = said("x.tsv", text);
        assert!(said.starts_with(&format!("the file has no column {column:?}; found index")), "{said}");
        assert!(said.contains("expected tab-separated columns"), "{said}");
    }
    let paths = said("x.tsv", "index\tquestion\tA\tB\timage_path\n0\tx\ta\tb\t0.jpg\n");
    assert!(paths.contains("images by path are not read") && paths.contains("base64"), "{paths}");
    for empty in ["", "\u{feff}", "\n\r\n"] {
        assert!(said("x.tsv", empty).starts_with("the file is empty"), "{empty:?}");
    }
    assert!(said("x.jsonl", " \n\n").starts_with("the file is empty"));
    assert_eq!(
        said("x.tsv", "index\tquestion\tA\tB\timage\n"),
        "none of the file's 0 rows can be asked; expected at least one"
    );
    assert_eq!(
        said("x.tsv", "index\tquestion\tA\tB\timage\n0\tq\tx\ty\t\n1\tq\tx\ty\t\n"),
        "none of the file's 2 rows can be asked: row 1: the image is empty; expected base64"
    );
}

#[test]
fn a_first_line_without_end_is_refused_at_once() {
    for byte in [b"x", b"\t", b"\0"] {
        let mut scanner = Scanner::new("x.bin");
        let error = scanner.push(&byte.repeat(1 << 20)).unwrap_err();
        assert!(error.to_string().contains("longer than 65536 bytes"), "{error}");
        assert_eq!(scanner.push(b"index\n"), Err(error.clone()), "nothing changes that");
        assert_eq!(scanner.finish(), Err(error));
    }
}

#[test]
fn only_the_first_problems_are_kept_and_all_are_counted() {
    let text = format!("index\tquestion\tA\tB\timage\n{}0\tq\tx\ty\t{IMAGE}\n", "x\n".repeat(1000));
    let index = scanned("x.tsv", text.as_bytes(), 100).unwrap();
    assert_eq!((index.problems.len(), index.n_problems), (MAX_PROBLEMS, 1000));
    assert_eq!(index.rows, [1001]);
}

#[test]
fn json_lines_become_the_same_questions() {
    let text = format!(
        "\u{feff}{{\"index\": 0, \"image\": \"{IMAGE}\", \"question\": \"Which\\t\\\"organ\\\"?\", \"A\": \"liver\", \"B\": 2, \
         \"C\": null, \"answer\": \"B\", \"clinical VQA task\": \"Bone\", \"more\": [1, {{}}]}}\r\n\
         \n\
         {{\"Index\": \"b\", \"image\": \"0\", \"question\": \"?\", \"A\": 1.5, \"B\": -2}}"
    );
    // With and without a name that says so.
    for name in ["x.jsonl", "X.JSON", "x.tsv", ""] {
        let index = scan(name, text.as_bytes()).unwrap();
        assert_eq!(problems(&index), []);
        assert_eq!(index.questions[0].question, "Which\t\"organ\"?");
        assert_eq!(index.questions[0].options, ["liver", "2"]);
        assert_eq!(
            (index.questions[0].answer, index.questions[0].clinical_task.as_str()),
            (Letter::of(1), "Bone")
        );
        assert_eq!((index.questions[1].index.as_str(), index.questions[1].answer), ("b", None));
        assert_eq!(index.questions[1].options, ["1.5", "-2"]);
        assert_eq!(index.images[0].form, ImageForm::JsonLine);
        assert_eq!(index.images[1], index.images[0], "shared by index");
        let line = bytes_of(text.as_bytes(), &index.images[0]);
        assert!(index.images[0].decode(line).unwrap().starts_with(b"\x89PNG"));
        assert_eq!(index.rows, [1, 2]);
    }
}

#[test]
fn every_wrong_json_line_is_told_and_its_neighbours_stand() {
    let good = |index: u32| {
        format!("{{\"index\":{index},\"question\":\"?\",\"A\":\"x\",\"B\":\"y\",\"image\":\"{IMAGE}\"}}")
    };
    let rows = [
        (good(0), ""),
        (
            "{\"index\": 1, \"question\":".into(),
            "the line is not a JSON object with the columns as its keys: question: EOF while parsing",
        ),
        ("[1]".into(), "expected an object"),
        (good(3).replace("\"x\"", "[\"x\"]"), "a: invalid type: sequence, expected a text, a number or null"),
        (good(4).replace("\"image\"", "\"image_path\""), "it has no column \"image\", but \"image_path\""),
        (good(5).replace(IMAGE, ""), "the image is empty"),
        (good(0), "row 1 has the same index"),
        (good(7).replace("\"y\"", "\"\""), "the question has 1 options"),
        (good(8), ""),
        (good(9).replace("\"?\"", "\"\u{1}\""), "control character"),
    ];
    let text = rows.iter().map(|(row, _)| format!("{row}\n")).collect::<String>();
    let index = scan("x.jsonl", text.as_bytes()).unwrap();
    assert_eq!(index.rows, [1, 9]);
    let expected: Vec<_> = (1..).zip(&rows).filter(|(_, row)| !row.1.is_empty()).collect();
    assert_eq!(index.problems.len(), expected.len());
    for (problem, (n, (_, words))) in index.problems.iter().zip(expected) {
        assert!(
            problem.row == n && problem.message.to_lowercase().contains(&words.to_lowercase()),
            "{problem:?}, not {words}"
        );
    }
}

#[test]
fn a_json_line_that_is_too_long_is_left_out() {
    let good = format!("{{\"index\":1,\"question\":\"?\",\"A\":\"x\",\"B\":\"y\",\"image\":\"{IMAGE}\"}}\n");
    let mut scanner = Scanner::new("x.jsonl");
    scanner.push(b"{\"index\":0,\"image\":\"").unwrap();
    for _ in 0..17 {
        scanner.push(&[b'A'; 4 << 20]).unwrap();
    }
    scanner.push(b"\"}\n").unwrap();
    scanner.push(good.as_bytes()).unwrap();
    let index = scanner.finish().unwrap();
    assert_eq!(problems(&index), [(1, "", "the line is longer than 67108864 bytes")]);
    let start = 20 + 17 * (4 << 20) + 3;
    assert_eq!(index.images[0].range, start..start + good.len() as u64 - 1, "the places behind it are right");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn rows_are_read_by_the_rules_of_the_other_reader(
        rows in prop::collection::vec(prop::collection::vec(r#"[xyzAB]?["\t\r\n]?[a ]?"#, 6..8), 0..8),
        are_quoted in prop::collection::vec(any::<bool>(), 8),
        n_bytes in 1usize..20,
        has_mark in any::<bool>(),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let mut text = if has_mark { "\u{feff}" } else { "" }.to_owned();
        text += "index\tquestion\tA\tB\tanswer\timage";
        text += line_end;
        // A file without a good row would be refused.
        text += &format!("good\tq\tx\ty\tA\t{IMAGE}{line_end}");
        for (number, row) in rows.iter().enumerate() {
            text += &number.to_string();
            for (field, &is_quoted) in row[1..].iter().zip(&are_quoted) {
                let field = match is_quoted {
                    true => format!("\"{}\"", field.replace('"', "\"\"")),
                    false => field.replace(['\t', '\r', '\n'], ""),
                };
                text += &format!("\t{field}");
            }
            text += line_end;
        }
        let expected: Vec<_> = tsv::Reader::new(text.as_bytes()).unwrap().collect();
        let found = scanned("x.tsv", text.as_bytes(), n_bytes).unwrap();
        // The other reader closes an open quote at the end of the file.
        if found.problems.iter().any(|problem| problem.message.starts_with("it opens a quote")) {
            return Ok(());
        }
        let mut rows = found.rows.iter().zip(&found.questions).peekable();
        for (row, expected) in (1..).zip(expected) {
            match expected {
                Ok(record) if !record.image.as_deref().unwrap_or_default().trim().is_empty() => {
                    prop_assert_eq!(rows.next(), Some((&row, &record.question)));
                }
                Ok(_) => {}
                Err(tsv::TsvError::Row { cause, .. }) => {
                    let said = found.problems.iter().find(|problem| problem.row == row);
                    prop_assert_eq!(said.map(|problem| &problem.message), Some(&cause.to_string()));
                }
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
        prop_assert_eq!(rows.next(), None);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), is_json in any::<bool>()) {
        let name = if is_json { "x.jsonl" } else { "x.tsv" };
        let _ = scanned(name, &bytes, 5);
        let _ = scanned(name, &[b"index\tquestion\tA\tB\timage\n", &bytes[..]].concat(), 5);
    }
}
