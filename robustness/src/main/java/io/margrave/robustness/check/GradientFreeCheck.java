package io.margrave.robustness.check;

import io.margrave.results.SearchEffort;
import io.margrave.results.SignTest;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;

/**
 * 9: without gradients no more is found than with them.
 *
 * <p>Of random squares and random noise, what did more damage at each point stands against the attack under test. FAIL where it does
 * over 2 % more damage on average, beyond measurement noise, or breaks over 2 % of the points more at a radius r of the plan,
 * beyond chance (sign test at 1 %): gradients then mislead. WARN where it breaks so many more within chance, or does over
 * 2 % more damage at more than a twentieth of the points. Else PASS. A point is broken where P(|Delta| &lt;= r) is below one half at
 * the plan's alpha.
 */
record GradientFreeCheck() implements Examination {
    /** Share of points broken more that is let pass. */
    static final double BROKEN = 0.02;

    /** Share of points with more damage that is let pass. */
    static final double POINTS = 0.05;

    private static final int QUERIES = 600;
    private static final int NOISES = 200;
    private static final int DRAWS = 4;

    @Override
    public int number() {
        return 9;
    }

    @Override
    public String name() {
        return "gradient-free does not win";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        String precision = scene.effort().precision();
        Reached base = scene.base();
        Reached squares = scene.attackBlindly(
                "square", scene.attacks().gradientFree(), new SearchEffort(QUERIES, DRAWS, 1, precision));
        Reached noise =
                scene.attackBlindly("noises", scene.attacks().random(), new SearchEffort(NOISES, DRAWS, 1, precision));
        Reached free = squares.orWorse(noise);
        Gain gain = Gain.of(base, free);
        Proportion ahead = new Proportion(gain.pointsAbove(Gain.SLIGHT), base.points());
        double alpha = scene.evaluation().plan().alpha();
        int mostMore = Integer.MIN_VALUE;
        boolean brokenFails = false;
        boolean brokenWarns = false;
        for (double r : scene.evaluation().plan().r().values()) {
            SignTest test = SignTest.NONE;
            for (int i = 0; i < base.points(); i++) {
                test = test.and(broken(base, i, r, alpha), broken(free, i, r, alpha));
            }
            int more = test.larger() - test.smaller();
            mostMore = Math.max(mostMore, more);
            boolean many = more > BROKEN * base.points();
            brokenFails |= many && test.pLarger() < Figures.ALPHA;
            brokenWarns |= many;
        }
        return new Ruling(
                Ruling.of(gain.exceeds(Gain.SLIGHT) || brokenFails, brokenWarns || ahead.estimate() > POINTS),
                "The best of " + QUERIES + " square and " + NOISES + " noise queries does " + gain.text()
                        + " than the gradient attack, over " + Figures.percent(Gain.SLIGHT) + " more at "
                        + Figures.share(ahead) + ", and breaks " + Math.abs(mostMore)
                        + (mostMore < 0 ? " points fewer" : " points more") + " at the radius r where it does best.");
    }

    private static double broken(Reached reached, int i, double r, double alpha) {
        return reached.within(i, r).verdict(alpha) == Verdict.FAILS ? 1 : 0;
    }
}
