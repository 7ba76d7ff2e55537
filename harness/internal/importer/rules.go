package importer

import (
	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what an import leaves out or repairs.
const (
	ruleDocsAddress       report.Rule = "docs.address"
	ruleImportBeside      report.Rule = "import.beside"
	ruleDocsInclude       report.Rule = "docs.include"
	ruleImportCredentials report.Rule = "import.credentials"
	ruleImportCut         report.Rule = "import.cut"
	ruleImportHost        report.Rule = "import.host"
	ruleImportInteraction report.Rule = "import.interaction"
	ruleImportMended      report.Rule = "import.mended"
	ruleImportNoAnswer    report.Rule = "import.noanswer"
	ruleImportPage        report.Rule = "import.page"
	ruleImportPassed      report.Rule = "import.passed"
)

// docsRule is the rule of what reading a page notes.
func docsRule(kind docs.Kind) report.Rule { return report.Rule("docs." + kind) }
