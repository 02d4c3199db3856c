# Sessions with a bare shell in the place of Claude Code, which says exactly what it is told to: for tests of bytes.
FROM claude-webui/session-runner:dev
CMD ["pod", "/bin/bash", "-c", "stty -echo; PS1= exec /bin/bash --norc --noprofile"]
