export interface Annotation {
  level: "error" | "warning" | "notice";
  /** Without one it stands at the job. */
  file?: string;
  line?: number;
  column?: number;
  title: string;
  message: string;
}

/** GitHub's workflow commands: one annotation a line. https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function githubAnnotations(annotations: readonly Annotation[]): string {
  return annotations.map(annotation).join("\n");
}

function annotation({ level, file, line, column, title, message }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(",")}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
