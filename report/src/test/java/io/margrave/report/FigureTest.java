package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void a_specification_comes_back_as_it_was_given_to_the_last_digit() {
        ObjectNode spec = VegaLite.NODES.objectNode();
        spec.put("rounded", VegaLite.rounded(1.0 / 3));
        spec.put("tiny", VegaLite.rounded(1.2345e-9));
        spec.put("large", VegaLite.rounded(12_300_000));
        spec.put("zeros", new BigDecimal("1.500"));
        spec.put("double", 2.0);
        spec.put("whole", 7);
        spec.put("text", "r \u2264 4 </script>");
        Figure figure = new Figure("id", "title", "caption", spec, Figure.Numbers.none());
        String given = spec.toString();
        spec.removeAll();
        assertThat(figure.spec()).hasToString(given);
        assertThat(figure.spec().put("columns", 2)).isNotEqualTo(figure.spec());
    }

    @Test
    void what_is_no_specification_is_said_to_be_none() {
        Figure figure = new Figure("id", "title", "caption", "{", Figure.Numbers.none());
        assertThatThrownBy(figure::spec)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no JSON");
    }
}
