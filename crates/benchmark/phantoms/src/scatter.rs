use crate::geometry::{Point, point};
use crate::random::Random;

/// Attempts for each wanted place before giving up on the rest.
const TRIES: usize = 60;

/// Up to `wanted` random places, at most `reach` units from the middle along either axis, that are `free` and at least `apart` from
/// each other.
pub(crate) fn scattered(
    random: &mut Random,
    wanted: usize,
    reach: f32,
    apart: f32,
    free: impl Fn(Point) -> bool,
) -> Vec<Point> {
    let mut places: Vec<Point> = Vec::new();
    for _ in 0..TRIES * wanted {
        let at = point(random.between(-reach, reach), random.between(-reach, reach));
        if places.len() < wanted && free(at) && places.iter().all(|other| other.distance(at) >= apart) {
            places.push(at);
        }
    }
    places
}

/// Side of the squares of [`in_squares`], in units: five of them leave a margin of two units round the image.
const SQUARE: f32 = 19.2;

/// Up to `wanted` middles of the 25 squares of the image, in random order, that are `free` and at least `apart` from each other. Things
/// that keep to their squares never touch, so they can be counted.
pub(crate) fn in_squares(
    random: &mut Random,
    wanted: usize,
    apart: f32,
    free: impl Fn(Point) -> bool,
) -> Vec<Point> {
    let middle = |i: u8| (f32::from(i) - 2.0) * SQUARE;
    let mut middles: Vec<Point> = (0..25).map(|i| point(middle(i % 5), middle(i / 5))).collect();
    random.shuffle(&mut middles);
    let mut places: Vec<Point> = Vec::new();
    for at in middles {
        if places.len() < wanted && free(at) && places.iter().all(|other| other.distance(at) >= apart) {
            places.push(at);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance of the two nearest of several places, in units.
    fn nearest(places: &[Point]) -> f32 {
        let pairs = places.iter().enumerate().flat_map(|(i, a)| places[..i].iter().map(|b| a.distance(*b)));
        pairs.fold(f32::MAX, f32::min)
    }

    #[test]
    fn places_keep_apart() {
        for seed in 0..200 {
            let mut random = Random::new([seed; 32]);
            let darts = scattered(&mut random, 8, 40.0, 15.0, |at| at.x > 0.0);
            assert!(nearest(&darts) >= 15.0 && darts.iter().all(|at| at.x > 0.0 && at.y.abs() <= 40.0));
            // In any order, there are five squares of which no two are neighbours.
            let squares = in_squares(&mut random, 5, 25.0, |_| true);
            assert_eq!(squares.len(), 5);
            assert!(nearest(&squares) >= 25.0);
            assert!(squares.iter().all(|at| at.x.abs().max(at.y.abs()) <= 2.0 * SQUARE));
        }
    }

    #[test]
    fn neighbours_are_not_apart() {
        let squares = in_squares(&mut Random::new([1; 32]), 25, 0.0, |_| true);
        assert_eq!(squares.len(), 25);
        assert!(nearest(&squares) < 25.0);
    }
}
