/** An application with a mistake: its entity lacks the annotation. */
package io.flowdb.boot.plain;
