package io.barnabas.systemtests;

/** Scenes about classic groups, each about one of its own. */
abstract class GroupScenes extends SideBySide {
    /** Of the scene. */
    String group;
    private int scenes;

    void sameAnswers(Transcript.Scene scene) {
        group = topic + "." + ++scenes;
        Transcript.same(told -> {
            told.awaitGroups(group);
            scene.play(told);
        });
    }

    ClassicMember member(Transcript told, String name) {
        return new ClassicMember(told, name, group);
    }
}
