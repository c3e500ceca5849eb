/** An application whose only store is FlowDB. */
package io.flowdb.boot.data.todo;
