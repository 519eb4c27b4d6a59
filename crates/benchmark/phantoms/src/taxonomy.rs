//! The labels of a question, spelled as in the files of GMAI-MMBench (arXiv 2408.03361).

macro_rules! labels {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = $text] $variant,)* }

        impl $name {
            /// All of them, in alphabetical order of their names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As the benchmark's files spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

labels! {
    /// The column `clinical VQA task`.
    ClinicalTask {
        AttributeRecognition = "Attribute Recognition",
        BloodVesselsRecognition = "Blood Vessels Recognition",
        Bone = "Bone",
        CellRecognition = "Cell Recognition",
        Counting = "Counting",
        DiseaseDiagnosis = "Disease Diagnosis",
        ImageQualityGrading = "Image Quality Grading",
        MicroorganismRecognition = "Microorganism Recognition",
        Muscle = "Muscle",
        NervousTissue = "Nervous Tissue",
        OrganAbdomen = "Organ Recognition - Abdomen",
        OrganHeadAndNeck = "Organ Recognition - Head and Neck",
        OrganPelvic = "Organ Recognition - Pelvic",
        OrganThorax = "Organ Recognition - Thorax",
        SeverityGrading = "Severity Grading",
        SurgeonActionRecognition = "Surgeon Action Recognition",
        SurgicalInstrumentRecognition = "Surgical Instrument Recognition",
        SurgicalWorkflowRecognition = "Surgical Workflow Recognition",
    }
}

labels! {
    /// The column `department`.
    Department {
        CardiovascularSurgery = "Cardiovascular Surgery",
        Dermatology = "Dermatology",
        Endocrinology = "Endocrinology",
        Gastroenterology = "Gastroenterology and Hepatology",
        GeneralSurgery = "General Surgery",
        Hematology = "Hematology",
        InfectiousDiseases = "Infectious Diseases",
        LaboratoryMedicine = "Laboratory Medicine and Pathology",
        Nephrology = "Nephrology and Hypertension",
        Neurosurgery = "Neurosurgery",
        Obstetrics = "Obstetrics and Gynecology",
        Oncology = "Oncology (Medical)",
        Ophthalmology = "Ophthalmology",
        Orthopedics = "Orthopedic Surgery",
        Otolaryngology = "Otolaryngology (ENT)/Head and Neck Surgery",
        Pulmonology = "Pulmonary Medicine",
        SportsMedicine = "Sports Medicine",
        Urology = "Urology",
    }
}

labels! {
    /// The column `perceptual granularity`: how a place in the image is pointed at.
    Granularity {
        Box = "Box level",
        Contour = "Contour level",
        Image = "Image level",
        Mask = "Mask level",
    }
}

labels! {
    /// The column `modality`.
    Modality {
        Angiography = "Angiography",
        Ct = "CT",
        Dermoscopy = "Dermoscopy",
        Endoscopy = "Endoscopy",
        Fundus = "Fundus Photography",
        Histopathology = "Histopathology",
        Microscopy = "Microscopy",
        Mri = "MRI",
        Oct = "OCT",
        Ultrasound = "UltraSound",
        XRay = "X-ray",
    }
}
