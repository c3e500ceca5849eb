package io.flowdb.sample.web;

import java.beans.PropertyEditorSupport;
import java.util.regex.Pattern;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;

/**
 * Numbers in parameters are of the digits 0 to 9: Spring would take {@code 0x10} for sixteen. An editor, as where a
 * converter fails Spring asks its own editor.
 */
@ControllerAdvice
final class DecimalNumbers {
    @InitBinder
    void register(WebDataBinder binder) {
        binder.registerCustomEditor(int.class, new Editor());
    }

    private static final class Editor extends PropertyEditorSupport {
        private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+");

        @Override
        public void setAsText(String text) {
            if (!DECIMAL.matcher(text).matches()) {
                throw new IllegalArgumentException("not a decimal number");
            }
            setValue(Integer.valueOf(text));
        }
    }
}
