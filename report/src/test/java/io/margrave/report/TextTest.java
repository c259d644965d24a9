package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.theory.Proportion;
import io.margrave.theory.QuantileInterval;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void numbers_have_three_significant_digits() {
        assertThat(Text.number(0.012345)).isEqualTo("0.0123");
        assertThat(Text.number(3.90)).isEqualTo("3.90");
        assertThat(Text.number(1234.7)).isEqualTo("1235");
        assertThat(Text.number(9.9999)).isEqualTo("10.0");
        assertThat(Text.number(4.0)).isEqualTo("4");
        assertThat(Text.number(-0.5)).isEqualTo("\u22120.500");
        assertThat(Text.number(1.234e-7)).isEqualTo("1.23e\u221207");
    }

    @Test
    void what_is_no_number_says_so() {
        assertThat(Text.number(null)).isEqualTo("\u2013");
        assertThat(Text.number(Double.NaN)).isEqualTo("\u2013");
        assertThat(Text.number(Double.POSITIVE_INFINITY)).isEqualTo("\u221e");
        assertThat(Text.interval(new QuantileInterval(Double.NEGATIVE_INFINITY, 2)))
                .isEqualTo("[\u2212\u221e, 2]");
    }

    @Test
    void shares_counts_and_lists_read_as_words() {
        assertThat(Text.percent(0.999)).isEqualTo("99.9\u202f%");
        assertThat(Text.count(new Proportion(12, 40))).isEqualTo("12 of 40");
        assertThat(Text.list(List.of("a", "b", "c"))).isEqualTo("a, b and c");
        assertThat(Text.plural(1, "image")).isEqualTo("1 image");
        assertThat(Text.plural(5000, "image")).isEqualTo("5\u202f000 images");
    }
}
