package io.barnabas.protocol;

import static io.barnabas.protocol.KafkaPeer.call;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** Copies messages the way a program fills them: through accessors and setters. */
final class Copies {
    private Copies() {}

    static Message throughSetters(Message message) {
        return (Message) copy(message);
    }

    private static Object copy(Object value) {
        if (value instanceof List<?> list) {
            var copies = new ArrayList<Object>();
            for (var element : list) copies.add(copy(element));
            return copies;
        }
        return value instanceof Message ? copyOfMessage(value) : value;
    }

    private static Object copyOfMessage(Object message) {
        var type = message.getClass();
        var copy = call(() -> type.getConstructor().newInstance());
        for (var method : type.getDeclaredMethods()) {
            if (!method.getName().startsWith("set") || !Modifier.isPublic(method.getModifiers())) continue;
            var name = Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4);
            var value = call(() -> type.getMethod(name).invoke(message));
            call(() -> method.invoke(copy, copy(value)));
        }
        return copy;
    }
}
