package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelsTest {
    @Test
    void a_model_is_called_after_its_folder() {
        assertThat(Models.names(List.of(Path.of("/models/b1"), Path.of("/models/b4"))))
                .containsExactly("b1", "b4");
    }

    @Test
    void folders_of_one_name_are_told_apart_by_what_is_around_them() {
        assertThat(Models.names(List.of(Path.of("/old/b1"), Path.of("/new/b1"), Path.of("/new/b4"))))
                .containsExactly("old-b1", "new-b1", "new-b4");
    }

    @Test
    void one_model_twice_is_refused() {
        assertThatThrownBy(() -> Models.names(List.of(Path.of("/m/b1"), Path.of("/m/b1"))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("twice");
    }
}
