package io.flowdb.sample.todo;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.RowPolicy;
import io.flowdb.json.Filter;
import io.flowdb.sample.auth.SignedIn;
import org.springframework.stereotype.Component;

/**
 * Users read, change and delete what is theirs, and cannot give it away. To anybody else a todo does not exist; where
 * nobody is signed in, none does.
 */
@Component
final class OwnTodos implements RowPolicy<Todo> {
    @Override
    public Class<Todo> type() {
        return Todo.class;
    }

    @Override
    public Filter using(Conditions<Todo> rows) {
        return SignedIn.current().map(me -> rows.eq("userId", me.userId())).orElseGet(rows::none);
    }
}
