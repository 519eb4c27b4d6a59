use serde::{Deserialize, Serialize};

use crate::Question;

/// The group of questions without the label. GMAI-MMBench VAL has 75 without a department.
pub const NO_GROUP: &str = "None";

/// What the questions of a table are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grouping {
    /// What is asked for.
    ClinicalTask,
    /// Who would ask.
    Department,
    /// How a place in the image is pointed at.
    Granularity,
}

impl Grouping {
    /// In the order of the published tables.
    pub const ALL: [Self; 3] = [Self::ClinicalTask, Self::Department, Self::Granularity];

    /// The column in the benchmark's files.
    pub const fn column(self) -> &'static str {
        match self {
            Self::ClinicalTask => "clinical VQA task",
            Self::Department => "department",
            Self::Granularity => "perceptual granularity",
        }
    }

    /// The column as VLMEvalKit reads it, in lower case: the key in reports and the name of its `_acc.csv` files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ClinicalTask => "clinical vqa task",
            Self::Department | Self::Granularity => self.column(),
        }
    }

    /// A table's heading, as in the published document.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClinicalTask => "Clinical Tasks",
            Self::Department => "Departments",
            Self::Granularity => "Perceptual Granularities",
        }
    }

    /// The benchmark's groups, in the alphabetical order of the published tables: 18, 18 and 4.
    pub const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::ClinicalTask => &CLINICAL_TASKS,
            Self::Department => &DEPARTMENTS,
            Self::Granularity => &GRANULARITIES,
        }
    }

    /// The question's group; [`NO_GROUP`] if it has none. It may be a group that the benchmark does not have.
    pub fn group_of(self, question: &Question) -> &str {
        let group = match self {
            Self::ClinicalTask => &question.clinical_task,
            Self::Department => &question.department,
            Self::Granularity => &question.granularity,
        };
        if group.is_empty() { NO_GROUP } else { group }
    }
}

const CLINICAL_TASKS: [&str; 18] = [
    "Attribute Recognition",
    "Blood Vessels Recognition",
    "Bone",
    "Cell Recognition",
    "Counting",
    "Disease Diagnosis",
    "Image Quality Grading",
    "Microorganism Recognition",
    "Muscle",
    "Nervous Tissue",
    "Organ Recognition - Abdomen",
    "Organ Recognition - Head and Neck",
    "Organ Recognition - Pelvic",
    "Organ Recognition - Thorax",
    "Severity Grading",
    "Surgeon Action Recognition",
    "Surgical Instrument Recognition",
    "Surgical Workflow Recognition",
];

const DEPARTMENTS: [&str; 18] = [
    "Cardiovascular Surgery",
    "Dermatology",
    "Endocrinology",
    "Gastroenterology and Hepatology",
    "General Surgery",
    "Hematology",
    "Infectious Diseases",
    "Laboratory Medicine and Pathology",
    "Nephrology and Hypertension",
    "Neurosurgery",
    "Obstetrics and Gynecology",
    "Oncology (Medical)",
    "Ophthalmology",
    "Orthopedic Surgery",
    "Otolaryngology (ENT)/Head and Neck Surgery",
    "Pulmonary Medicine",
    "Sports Medicine",
    "Urology",
];

const GRANULARITIES: [&str; 4] = ["Box level", "Contour level", "Image level", "Mask level"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_sorted_and_distinct() {
        assert_eq!(Grouping::ALL.map(|g| g.groups().len()), [18, 18, 4]);
        for grouping in Grouping::ALL {
            assert!(grouping.groups().is_sorted_by(|a, b| a < b), "{grouping:?}");
            assert_eq!(grouping.key(), grouping.column().to_lowercase());
        }
    }

    #[test]
    fn a_question_has_a_group_in_each() {
        let q =
            Question { clinical_task: "Bone".into(), granularity: "Box level".into(), ..Question::default() };
        assert_eq!(Grouping::ALL.map(|g| g.group_of(&q)), ["Bone", "None", "Box level"]);
    }
}
