use std::fmt::Write;

use crate::Question;

/// The text that follows the image in the user's turn.
///
/// It is exactly the text that VLMEvalKit's Qwen2-VL wrapper sends (`vlmeval/vlm/qwen2_vl/prompt.py`, `_build_mcq_prompt`, at e8e78f0
/// of open-compass/VLMEvalKit): without trailing white space, unlike the prompt of other models, and with a Chinese ending if question
/// or options contain a character between U+4E00 and U+9FFF.
pub fn prompt(question: &Question) -> String {
    let mut text = format!("Question: {}\nOptions:\n", question.question);
    for (letter, option) in question.letters().zip(&question.options) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{letter}. {option}");
    }
    let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    text + if chinese { CHINESE_ENDING } else { ENDING }
}

const ENDING: &str = "Please select the correct answer from the options above.";
/// "Answer directly with the option's letter."
const CHINESE_ENDING: &str = "请直接回答选项字母。";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_vlmevalkits_text() {
        let q = Question {
            question: "Which organ is outlined?".into(),
            options: ["liver", "left kidney", "spleen"].map(String::from).to_vec(),
            ..Question::default()
        };
        assert_eq!(
            prompt(&q),
            "Question: Which organ is outlined?\nOptions:\nA. liver\nB. left kidney\nC. spleen\n\
             Please select the correct answer from the options above."
        );
    }

    #[test]
    fn one_chinese_option_changes_the_ending() {
        let mut q = Question {
            question: "Which?".into(),
            options: ["liver", "肝"].map(String::from).to_vec(),
            ..Question::default()
        };
        assert_eq!(prompt(&q), "Question: Which?\nOptions:\nA. liver\nB. 肝\n请直接回答选项字母。");
        // Kana and fullwidth letters are outside the block.
        q.options = ["liver", "レバーＡ"].map(String::from).to_vec();
        assert!(prompt(&q).ends_with(ENDING));
    }
}
